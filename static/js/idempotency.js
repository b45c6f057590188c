// A key for one submit of a form: the server carries out a key once and repeats its answer, so each new submit that a
// script makes needs a key of its own.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
