const LONGEST = 400;

/** A set-up failure with a sentence for the user. */
export class SetupError extends Error {
  /** `said`: the last words of the program that failed, if it was one. */
  constructor(message, said = null) {
    super(message);
    this.said = said;
  }

  /** In one line, for a list of what was tried. */
  get brief() {
    const lines = (this.said ?? this.message).split("\n").map((line) => line.trim());
    const text = lines.filter((line) => line !== "" && !line.startsWith("go: downloading")).join(" ");
    return text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
  }
}
