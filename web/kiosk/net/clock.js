// The gym's time: the server says it, this device only counts on from there.
const JUMP_MS = 2000;
let skew = Number(localStorage.getItem("skew")) || 0; // against the device's own clock, which may be wrong
let base = null; // the server's time when this page's counter stood at zero

export const clock = {
  // The server's time lies between asking and answer; the middle is the best guess.
  sync(serverTime, askedAt) {
    const time = Date.parse(serverTime) + (performance.now() - askedAt) / 2;
    skew = time - Date.now();
    base = time - performance.now();
    localStorage.setItem("skew", String(Math.round(skew)));
  },
  // A device that was set to another time is not followed; one that slept has not counted, so its clock is.
  now() {
    const told = Date.now() + skew;
    if (base === null) return new Date(told);
    const counted = base + performance.now();
    return new Date(told - counted > JUMP_MS ? told : counted);
  },
};
