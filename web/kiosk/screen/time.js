// Times as the gym's own clock on the wall shows them.
import { language } from "../words/words.js";

const DAY_FIRST = { en: "en-GB" }; // as the gym's messages have it

export function atTime(moment, zone, { day = false } = {}) {
  const style = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  const date = day ? { weekday: "short", day: "numeric", month: "short" } : {};
  return new Intl.DateTimeFormat(DAY_FIRST[language.code] ?? language.code, { ...style, ...date }).format(new Date(moment));
}
