// Times as the gym's own clock on the wall shows them.
import { language } from "../words/words.js";

export function atTime(moment, zone, { day = false } = {}) {
  const style = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  const date = day ? { weekday: "short", day: "numeric", month: "short" } : {};
  return new Intl.DateTimeFormat(language.code, { ...style, ...date }).format(new Date(moment));
}
