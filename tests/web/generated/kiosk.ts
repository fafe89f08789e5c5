// What a kiosk in TypeScript sends and reads; compiled against the generated types, never run.
import type { components, operations } from "./api";

type Bodies = operations["checkIn"]["requestBody"]["content"];
type Verdict = components["schemas"]["CheckInAnswer"];

export const bodies: Bodies["application/json"][] = [
  { image_base64: "AAAA", captured_at: "2026-01-05T08:00:00Z" },
  { image_base64: ["AAAA", "AAAA"], turned_base64: "AAAA", turn: "left" },
  { qr: "https://t.me/power_bot?start=q" },
  { document_number: "1020304050", phone_last4: "4567" },
];
export const form: Bodies["multipart/form-data"] = { photo: ["frame"] };
// @ts-expect-error: half a credential is none.
export const half: Bodies["application/json"] = { document_number: "1020304050" };

export function words(answer: Verdict): string {
  const days: number | undefined = answer.days_left;
  return answer.outcome === "admitted" ? `${answer.client?.display_name} ${days ?? ""}` : answer.message;
}

export function refused(answer: components["schemas"]["Error"]): string {
  return answer.error.code;
}
