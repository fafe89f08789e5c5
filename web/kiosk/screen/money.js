// Money as the gym's own sentences beside it have it: the sign first, cents only where there are any.
import { language } from "../words/words.js";

export function inMoney(amount, currency = "COP") {
  const cents = Number.isInteger(Number(amount)) ? 0 : 2;
  const digits = { minimumFractionDigits: cents, maximumFractionDigits: cents, useGrouping: "always" };
  return signOf(currency) + new Intl.NumberFormat(language.code, digits).format(amount);
}

function signOf(currency) {
  const style = { style: "currency", currency, currencyDisplay: "narrowSymbol" };
  return new Intl.NumberFormat(language.code, style).formatToParts(0).find(({ type }) => type === "currency").value;
}
