// Words of the page itself; the server's sentences come in the language asked for.
const WORDS = {
  en: {
    otherLanguage: "Español",
    hint: "Look at the camera",
    useDocument: "Or show your QR · Type your document",
    typeDocument: "Type your document",
    pairTitle: "Pair this kiosk",
    pairHelp: "An admin finds the code in the bot under Kiosks. It works once, for ten minutes.",
    code: "Pairing code", name: "Name of this door", pair: "Pair",
    document: "Type your document number", phone: "Last four digits of your phone",
    next: "Next", check: "Check in", cancel: "Cancel", erase: "Erase",
    cameraTitle: "The camera is not available",
    cameraDenied: "Allow the camera for this page in the browser's settings, then try again. Documents work meanwhile.",
    cameraInsecure: "A browser gives the camera only to a secure page. Open this kiosk over https, or on the gym's computer itself.",
    retry: "Try again", offline: "No connection. Trying again…",
    daysLeft: (n) => (n === 1 ? "1 day left" : `${n} days left`),
    visitsLeft: (n) => (n === 1 ? "1 visit left" : `${n} visits left`),
    lastDay: "Last day of your plan",
    visit: (n) => `Visit ${n} of this plan`,
    toPay: (amount) => `${amount} to pay`,
    revoked: "This kiosk was unpaired. Ask an admin for a new code.",
  },
  es: {
    otherLanguage: "English",
    hint: "Mira a la cámara",
    useDocument: "O muestra tu QR · Escribe tu documento",
    typeDocument: "Escribir el documento",
    pairTitle: "Vincular este quiosco",
    pairHelp: "Un administrador encuentra el código en el bot, en Quioscos. Sirve una vez, durante diez minutos.",
    code: "Código de vinculación", name: "Nombre de esta puerta", pair: "Vincular",
    document: "Escribe tu número de documento", phone: "Últimos cuatro dígitos de tu teléfono",
    next: "Siguiente", check: "Entrar", cancel: "Cancelar", erase: "Borrar",
    cameraTitle: "La cámara no está disponible",
    cameraDenied: "Permite la cámara para esta página en los ajustes del navegador e inténtalo de nuevo. Mientras tanto sirve el documento.",
    cameraInsecure: "El navegador solo da la cámara a una página segura. Abre este quiosco por https o en el propio equipo del gimnasio.",
    retry: "Intentar de nuevo", offline: "Sin conexión. Reintentando…",
    daysLeft: (n) => (n === 1 ? "Queda 1 día" : `Quedan ${n} días`),
    visitsLeft: (n) => (n === 1 ? "Queda 1 visita" : `Quedan ${n} visitas`),
    lastDay: "Último día de tu plan",
    visit: (n) => `Visita ${n} de este plan`,
    toPay: (amount) => `Por pagar: ${amount}`,
    revoked: "Este quiosco fue desvinculado. Pide un código nuevo a un administrador.",
  },
};

export const LANGUAGES = Object.keys(WORDS);

export function initialLanguage() {
  const stored = localStorage.getItem("language");
  if (stored && WORDS[stored]) return stored;
  const wanted = (navigator.language || "en").slice(0, 2);
  return WORDS[wanted] ? wanted : "en";
}

export const words = (language) => WORDS[language];
