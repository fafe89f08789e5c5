// The page's words in its two languages, and its dates. The bot speaks each person's own language.

export const WORDS = {
  en: {
    "page.title": "PowerGym · Sandbox",
    "bar.sandbox": "Sandbox",
    "bar.load": "Load demo gym",
    "bar.hour": "Next hour",
    "bar.day": "Next day",
    "bar.week": "Next week",
    "bar.hourShort": "+1h",
    "bar.dayShort": "+1d",
    "bar.weekShort": "+7d",
    "bar.clock": "The gym's date and time",
    "bar.kiosk": "Kiosk",
    "bar.language": "Español",
    "bar.moved": "It is now {when}",
    "bar.loadAsk": "This fills the gym with about 200 clients and three years of history. It takes a moment.",
    "list.title": "Chats",
    "list.add": "New person",
    "list.addGroup": "New group",
    "list.empty": "Nobody here yet",
    "list.beside": "Open beside",
    "list.photo": "Photo",
    "list.contact": "Contact",
    "list.you": "You: ",
    "list.never": "Has not written yet",
    "list.search": "Search people",
    "role.ana_admin": "admin",
    "role.bruno_employee": "employee",
    "role.carla_member": "member",
    "role.sam_stranger": "stranger",
    "welcome.title": "A gym on your desk",
    "welcome.text": "This page plays Telegram. Be anybody: write, tap, send photos. Everything stays on this computer.",
    "welcome.pick": "Who do you want to be?",
    "welcome.ana": "Admin: claims the gym and runs it",
    "welcome.bruno": "Employee at the front desk",
    "welcome.carla": "Member who trains here",
    "welcome.sam": "Stranger the gym does not know",
    "welcome.everybody": "Bring in all four",
    "welcome.own": "Somebody else…",
    "claim.title": "This gym has no owner yet",
    "claim.text": "The first person to open the claim link becomes its admin.",
    "claim.do": "Claim the gym as Ana",
    "claim.copy": "Copy link",
    "claim.copied": "Link copied",
    "pane.pick": "Choose a chat on the left",
    "pane.bot": "bot",
    "pane.as": "as {name}",
    "pane.typing": "typing…",
    "pane.photoAction": "sending a photo…",
    "pane.fileAction": "sending a file…",
    "pane.close": "Close",
    "pane.back": "Back",
    "pane.more": "More",
    "pane.start": "Start",
    "pane.startHint": "What can this bot do? Press Start to find out.",
    "pane.unblock": "Unblock bot",
    "pane.block": "Block bot",
    "pane.remove": "Remove person",
    "pane.removeAsk": "Remove {name} and this chat? The gym keeps what it knows.",
    "pane.share": "Share contact",
    "pane.kicked": "The bot was removed from this group",
    "pane.down": "Newest messages",
    "pane.unfold": "Show all",
    "pane.today": "Today",
    "pane.yesterday": "Yesterday",
    "pane.edited": "edited",
    "pane.forwarded": "Forwarded from {name}",
    "pane.pinned": "Pinned message",
    "pane.pins": "{name} pinned “{words}”",
    "pane.general": "General",
    "pane.topic": "Topic",
    "write.text": "Message",
    "write.send": "Send",
    "write.attach": "Attach",
    "write.photo": "Photo from disk",
    "write.camera": "Take a photo",
    "write.file": "File",
    "write.menu": "Menu",
    "write.keys": "Keyboard",
    "write.caption": "Add a caption…",
    "write.asFile": "Send as file",
    "write.drop": "Drop to send",
    "camera.title": "Take a photo",
    "camera.shoot": "Take photo",
    "camera.none": "No camera can be used here. Allow it in the browser, or send a photo from disk.",
    "person.title": "New person",
    "person.first": "First name",
    "person.last": "Last name",
    "person.username": "Username",
    "person.phone": "Phone",
    "person.language": "Language",
    "person.add": "Add",
    "group.title": "New group",
    "group.name": "Title",
    "group.members": "Members",
    "group.topics": "Topics, separated by commas",
    "dialog.cancel": "Cancel",
    "dialog.ok": "OK",
    "dialog.yes": "Yes, remove",
    "dialog.load": "Load",
    "dialog.save": "Save",
    "tap.silent": "The bot did not answer this tap",
    "copied": "Copied",
    "language.en": "English",
    "language.es": "Spanish",
    "error.offline": "The sandbox does not answer. Is it still running?",
    "error.blocked_bot": "The bot is blocked. Unblock it first.",
    "error.no_phone_number": "This person has no phone number to share.",
    "error.not_a_photo": "This file is not a picture. Choose a JPEG, PNG, WebP, HEIC or AVIF.",
    "error.unknown_person": "This person is gone.",
    "error.unknown_button": "This button is gone.",
    "error.unknown_message": "This message is gone.",
    "error.not_offered": "The sandbox runs alone, so this is not available.",
  },
  es: {
    "page.title": "PowerGym · Simulador",
    "bar.sandbox": "Simulador",
    "bar.load": "Cargar gimnasio demo",
    "bar.hour": "Hora siguiente",
    "bar.day": "Día siguiente",
    "bar.week": "Semana siguiente",
    "bar.hourShort": "+1h",
    "bar.dayShort": "+1d",
    "bar.weekShort": "+7d",
    "bar.clock": "Fecha y hora del gimnasio",
    "bar.kiosk": "Kiosco",
    "bar.language": "English",
    "bar.moved": "Ahora es {when}",
    "bar.loadAsk": "Esto llena el gimnasio con unos 200 clientes y tres años de historia. Tarda un momento.",
    "list.title": "Chats",
    "list.add": "Nueva persona",
    "list.addGroup": "Nuevo grupo",
    "list.empty": "Todavía no hay nadie",
    "list.beside": "Abrir al lado",
    "list.photo": "Foto",
    "list.contact": "Contacto",
    "list.you": "Tú: ",
    "list.never": "Aún no ha escrito",
    "list.search": "Buscar personas",
    "role.ana_admin": "admin",
    "role.bruno_employee": "empleado",
    "role.carla_member": "socia",
    "role.sam_stranger": "extraño",
    "welcome.title": "Un gimnasio en tu escritorio",
    "welcome.text": "Esta página hace de Telegram. Sé quien quieras: escribe, toca, envía fotos. Todo queda en este computador.",
    "welcome.pick": "¿Quién quieres ser?",
    "welcome.ana": "Admin: reclama el gimnasio y lo dirige",
    "welcome.bruno": "Empleado en la recepción",
    "welcome.carla": "Socia que entrena aquí",
    "welcome.sam": "Extraño que el gimnasio no conoce",
    "welcome.everybody": "Traer a los cuatro",
    "welcome.own": "Otra persona…",
    "claim.title": "Este gimnasio aún no tiene dueño",
    "claim.text": "La primera persona que abra el enlace será su admin.",
    "claim.do": "Reclamar el gimnasio como Ana",
    "claim.copy": "Copiar enlace",
    "claim.copied": "Enlace copiado",
    "pane.pick": "Elige un chat a la izquierda",
    "pane.bot": "bot",
    "pane.as": "como {name}",
    "pane.typing": "escribiendo…",
    "pane.photoAction": "enviando una foto…",
    "pane.fileAction": "enviando un archivo…",
    "pane.close": "Cerrar",
    "pane.back": "Atrás",
    "pane.more": "Más",
    "pane.start": "Iniciar",
    "pane.startHint": "¿Qué puede hacer este bot? Pulsa Iniciar para saberlo.",
    "pane.unblock": "Desbloquear bot",
    "pane.block": "Bloquear bot",
    "pane.remove": "Quitar persona",
    "pane.removeAsk": "¿Quitar a {name} y este chat? El gimnasio conserva lo que sabe.",
    "pane.share": "Compartir contacto",
    "pane.kicked": "El bot fue retirado de este grupo",
    "pane.down": "Mensajes más nuevos",
    "pane.unfold": "Ver todo",
    "pane.today": "Hoy",
    "pane.yesterday": "Ayer",
    "pane.edited": "editado",
    "pane.forwarded": "Reenviado de {name}",
    "pane.pinned": "Mensaje fijado",
    "pane.pins": "{name} fijó «{words}»",
    "pane.general": "General",
    "pane.topic": "Tema",
    "write.text": "Mensaje",
    "write.send": "Enviar",
    "write.attach": "Adjuntar",
    "write.photo": "Foto del disco",
    "write.camera": "Tomar una foto",
    "write.file": "Archivo",
    "write.menu": "Menú",
    "write.keys": "Teclado",
    "write.caption": "Añade un texto…",
    "write.asFile": "Enviar como archivo",
    "write.drop": "Suelta para enviar",
    "camera.title": "Tomar una foto",
    "camera.shoot": "Tomar foto",
    "camera.none": "No se puede usar ninguna cámara. Permítela en el navegador o envía una foto del disco.",
    "person.title": "Nueva persona",
    "person.first": "Nombre",
    "person.last": "Apellido",
    "person.username": "Usuario",
    "person.phone": "Teléfono",
    "person.language": "Idioma",
    "person.add": "Añadir",
    "group.title": "Nuevo grupo",
    "group.name": "Título",
    "group.members": "Miembros",
    "group.topics": "Temas, separados por comas",
    "dialog.cancel": "Cancelar",
    "dialog.ok": "Aceptar",
    "dialog.yes": "Sí, quitar",
    "dialog.load": "Cargar",
    "dialog.save": "Guardar",
    "tap.silent": "El bot no respondió a este toque",
    "copied": "Copiado",
    "language.en": "Inglés",
    "language.es": "Español",
    "error.offline": "El simulador no responde. ¿Sigue en marcha?",
    "error.blocked_bot": "El bot está bloqueado. Desbloquéalo primero.",
    "error.no_phone_number": "Esta persona no tiene teléfono que compartir.",
    "error.not_a_photo": "Este archivo no es una imagen. Elige un JPEG, PNG, WebP, HEIC o AVIF.",
    "error.unknown_person": "Esta persona ya no está.",
    "error.unknown_button": "Este botón ya no está.",
    "error.unknown_message": "Este mensaje ya no está.",
    "error.not_offered": "El simulador corre solo, así que esto no está disponible.",
  },
};

const KEY = "powergym.sandbox.language";
let language = localStorage.getItem(KEY) ?? (navigator.language.startsWith("es") ? "es" : "en");
if (!(language in WORDS)) language = "en";

export const spoken = () => language;

export function speak(chosen) {
  language = chosen;
  localStorage.setItem(KEY, chosen);
}

export function t(key, values = {}, fallback = key) {
  const text = WORDS[language][key] ?? fallback;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

const locale = () => (language === "es" ? "es-CO" : "en-GB");
const DAY_MS = 86_400_000;

// Gym time, as soon as its clock was heard; this computer's until then. Wall times are kept as if they were UTC.
let ahead = 0; // of this computer's clock
let offset = null; // of UTC; null: this computer's own

// True when hours read otherwise from now on.
export function setClock(iso) {
  const before = offset;
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(iso) ?? [null, "+", 0, 0];
  offset = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  ahead = Date.parse(iso) - Date.now();
  return offset !== before;
}

function wall(ms) {
  return new Date(ms + (offset ?? -new Date(ms).getTimezoneOffset() * 60_000));
}

const at = (seconds) => wall(seconds * 1000);
const today = () => wall(Date.now() + ahead);
const write = (date, options) => date.toLocaleString(locale(), { ...options, hour12: false, timeZone: "UTC" });

export const dayNumber = (seconds) => Math.floor(at(seconds) / DAY_MS);
const daysAgo = (seconds) => Math.floor(today() / DAY_MS) - dayNumber(seconds);

export const timeOf = (seconds) => write(at(seconds), { hour: "2-digit", minute: "2-digit" });

export function dayOf(seconds) {
  const days = daysAgo(seconds);
  if (days === 0) return t("pane.today");
  if (days === 1) return t("pane.yesterday");
  return write(at(seconds), { day: "numeric", month: "long", year: "numeric" });
}

// A day and hour in full.
export const momentOf = (seconds) => write(at(seconds), { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" });

const STEPS = [["year", 31_557_600], ["month", 2_629_800], ["week", 604_800], ["day", 86_400], ["hour", 3600], ["minute", 60]];
const PARTS = { w: { weekday: "long" }, d: { day: "numeric", month: "numeric", year: "2-digit" }, D: { day: "numeric", month: "long", year: "numeric" }, t: { hour: "2-digit", minute: "2-digit" }, T: { hour: "2-digit", minute: "2-digit", second: "2-digit" } };

// A moment in Telegram's format: "r" for how far away it is, else w, d or D, t or T for weekday, date and hour.
export function momentText(seconds, format) {
  if (format !== "r") return write(at(seconds), Object.assign({}, ...[...format].map((letter) => PARTS[letter] ?? {})));
  const away = seconds - (Date.now() + ahead) / 1000;
  const [unit, size] = STEPS.find(([, length]) => Math.abs(away) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.round(away / size), unit);
}

export const shortDate = (seconds) => (daysAgo(seconds) === 0 ? timeOf(seconds) : write(at(seconds), { day: "numeric", month: "short" }));

// The clock speaks gym time: its offset comes with it, so it is shown as written.
export function gymMoment(iso, short = false) {
  const wall = iso.slice(0, 16);
  const date = new Date(`${wall}Z`);
  return date.toLocaleString(locale(), {
    weekday: short ? undefined : "short", day: "numeric", month: "short", year: short ? undefined : "numeric", hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "UTC",
  });
}

export function fileSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const kilo = bytes / 1024;
  const [value, unit] = kilo < 1024 ? [kilo, "KB"] : [kilo / 1024, "MB"];
  return `${value.toLocaleString(locale(), { maximumFractionDigits: 1 })} ${unit}`;
}
