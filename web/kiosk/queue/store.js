// What is kept on this device while the gym cannot be reached: captures in order, and what was refused later.
// Pictures are personal data: a capture goes as soon as it was confirmed, everything else after three days.
import { bytesOf } from "./capture.js";

const MOST = 2000;
const MOST_BYTES = 250 * 1024 * 1024;
const MOST_REFUSED = 300;
export const KEPT_MS = 72 * 60 * 60 * 1000;

// There is no room for another capture.
export class StoreFull extends Error {}

let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("kiosk", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("queue", { keyPath: "id", autoIncrement: true });
      request.result.createObjectStore("refused", { keyPath: "id", autoIncrement: true });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close(); // a newer page may upgrade it
      request.result.onclose = () => { opened = null; };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  }).catch((error) => {
    opened = null;
    throw error;
  });
  return opened;
}

// One transaction; resolves with what `work` asked for once it is on the disk.
async function transact(stores, mode, work) {
  const transaction = (await database()).transaction(stores, mode, { durability: "strict" });
  return new Promise((resolve, reject) => {
    let request;
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error);
    try {
      request = work(transaction);
    } catch (error) { // half of the work would be committed
      reject(error);
      transaction.abort();
    }
  });
}

// Tells `change` whenever something came or went, in this page or in another one of this kiosk.
export class Store extends EventTarget {
  count = 0;
  refusedCount = 0;
  #others = new BroadcastChannel("queue");

  async open() {
    navigator.storage?.persist?.().catch(() => {});
    this.#others.addEventListener("message", () => this.recount());
    await this.recount();
  }

  // Raises `StoreFull`; pictures fill it long before documents do.
  async add(capture) {
    const all = await this.all();
    const bytes = all.reduce((sum, one) => sum + bytesOf(one), bytesOf(capture));
    if (all.length >= MOST || (capture.photos.length && bytes > MOST_BYTES)) throw new StoreFull();
    try {
      await transact(["queue"], "readwrite", (it) => it.objectStore("queue").add(capture));
    } catch (error) {
      throw error?.name === "QuotaExceededError" ? new StoreFull() : error;
    }
    await this.#changed();
  }

  all() {
    return transact(["queue"], "readonly", (it) => it.objectStore("queue").getAll());
  }

  update(capture) {
    return transact(["queue"], "readwrite", (it) => it.objectStore("queue").put(capture));
  }

  async done(capture) {
    await transact(["queue"], "readwrite", (it) => it.objectStore("queue").delete(capture.id));
    await this.#changed();
  }

  // A capture becomes what staff see of it, in one step: it is never both, and never neither. Only on a disk
  // without any room it goes first, or all that wait behind it would wait for ever.
  async refuse(capture, refusal) {
    try {
      await this.#replace(capture, refusal);
    } catch (error) {
      if (error?.name !== "QuotaExceededError") throw error;
      await transact(["queue"], "readwrite", (it) => it.objectStore("queue").delete(capture.id));
      await transact(["refused"], "readwrite", (it) => it.objectStore("refused").add({ ...refusal, picture: null }))
        .catch((full) => console.warn("a refusal could not be kept", full));
    }
    await this.#changed();
  }

  // Nothing, where another turn has done it already.
  #replace(capture, refusal) {
    return transact(["queue", "refused"], "readwrite", (it) => {
      const queue = it.objectStore("queue");
      const asking = queue.count(capture.id);
      asking.onsuccess = () => {
        if (!asking.result) return;
        queue.delete(capture.id);
        it.objectStore("refused").add(refusal);
      };
    });
  }

  refused() {
    return transact(["refused"], "readonly", (it) => it.objectStore("refused").getAll());
  }

  async seen(refusal) {
    await transact(["refused"], "readwrite", (it) => it.objectStore("refused").delete(refusal.id));
    await this.#changed();
  }

  // Those that were refused stay for three days, and not more than so many.
  async forgetRefused(now) {
    const all = await this.refused();
    const surplus = all.length - MOST_REFUSED;
    const old = all.filter((one, place) => place < surplus || now - Date.parse(one.refusedAt) > KEPT_MS);
    for (const one of old) await this.seen(one);
  }

  async #changed() {
    this.#others.postMessage("changed");
    await this.recount();
  }

  async recount() {
    this.count = await transact(["queue"], "readonly", (it) => it.objectStore("queue").count());
    this.refusedCount = await transact(["refused"], "readonly", (it) => it.objectStore("refused").count());
    this.dispatchEvent(new Event("change"));
  }
}
