// Short sounds for yes, no, wait and "do something"; silent until the browser allows them.
const TUNES = { go: [660, 880], stop: [220, 180], wait: [440, 440], ask: [520, 660] };
let context = null;

export function play(kind) {
  context ??= new AudioContext();
  if (context.state !== "running") {
    context.resume().catch(() => {});
    return;
  }
  TUNES[kind].forEach((frequency, index) => {
    const oscillator = context.createOscillator();
    const volume = context.createGain();
    const start = context.currentTime + index * 0.14;
    oscillator.frequency.value = frequency;
    volume.gain.setValueAtTime(0.18, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.13);
    oscillator.connect(volume).connect(context.destination);
    oscillator.start(start);
    oscillator.stop(start + 0.14);
  });
}
