/** Markup that is already safe. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** What a template may hold: text is escaped, nothing else is turned into text by accident. */
type Piece = Html | string | number | boolean | null | undefined | readonly Piece[];

function render(value: Piece): string {
  if (value instanceof Html) return value.text;
  if (isList(value)) return value.map(render).join("");
  if (value === null || value === undefined || value === false) return "";
  return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}

const isList = (value: Piece): value is readonly Piece[] => Array.isArray(value);

/** Template tag that escapes everything but other pieces of markup. */
export function html(strings: TemplateStringsArray, ...values: Piece[]): Html {
  return new Html(
    strings.reduce((text, part, index) => text + (index > 0 ? render(values[index - 1]) : "") + part, ""),
  );
}

/** A part of the page with its heading. */
export const section = (title: string, body: Html): Html =>
  html`<section>
    <h2>${title}</h2>
    ${body}
  </section>`;

/** A share as a text; nothing for none. */
export const percent = (share: number | null | undefined): string =>
  share === undefined || share === null ? "" : `${(100 * share).toFixed(1)} %`;

/** A table: its headings, and its rows. A wide one keeps each cell on one line; in one of prose sentences may wrap. */
export const table = (
  headings: readonly string[],
  rows: readonly (readonly Piece[])[],
  kind: "wide" | "prose" = "wide",
): Html =>
  html`<div class="${kind}">
    <table>
      <thead>
        <tr>
          ${headings.map((heading) => html`<th>${heading}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
