// What is shorter stands in too many texts.
const SHORTEST = 8;
/** Widths at which base64 is broken into lines: of `base64` and Python, and of PEM. */
const WIDTHS = [76, 64];

/**
 * All texts that show a secret: itself and its lines, as they are, in JSON, in a URL and in base64. The longest first: one may be
 * the beginning of another.
 */
export function formsOf(secrets: readonly string[]): string[] {
  const forms = new Set(secrets.flatMap(piecesOf).flatMap(encodingsOf));
  forms.delete("");
  return [...forms].sort((a, b) => b.length - a.length);
}

/** A secret, with each kind of line end, and each of its lines. */
function piecesOf(secret: string): string[] {
  const lines = secret.split(/\r\n|\r|\n/);
  const whole = [secret, secret.trim(), lines.join("\n"), lines.join("\r\n")];
  return [...whole, ...lines.map((line) => line.trim()).filter(({ length }) => length >= SHORTEST)];
}

const encodingsOf = (text: string): string[] => [text, ...jsonOf(text), ...urlOf(text), ...base64Of(text)];

function jsonOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replaceAll(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return [json, ascii, json.replaceAll("/", () => "\\/")];
}

/** Libraries differ in what they leave as it is, and in how they write a blank. */
function urlOf(text: string): string[] {
  const usual = encodeURIComponent(Buffer.from(text).toString());
  const strict = usual.replaceAll(/[!'()*~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  const escaped = [usual, strict, strict.replaceAll("%7E", () => "~")];
  return escaped
    .flatMap((form) => [form, form.replaceAll("%2F", () => "/")])
    .flatMap((form) => [form, form.replaceAll("%20", () => "+")])
    .flatMap((form) => [form, form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

/** In base64 it may begin at each of three places; what its neighbours decide at its ends is left out. */
function base64Of(text: string): string[] {
  const bytes = Buffer.from(text);
  if (bytes.length < SHORTEST) return [];
  const inner = [0, 1, 2].map((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
    return shifted
      .toString("base64")
      .slice(Math.ceil((offset * 8) / 6), Math.floor((shifted.length * 8) / 6));
  });
  const broken = WIDTHS.flatMap((width) => inner[0]!.match(new RegExp(`.{${SHORTEST},${width}}`, "g")) ?? []);
  return [...inner, ...broken].flatMap((form) => [
    form,
    form.replaceAll("+", () => "-").replaceAll("/", () => "_"),
  ]);
}
