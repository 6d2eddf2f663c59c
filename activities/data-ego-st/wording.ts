/** The benchmark's three multiple-choice families, and its open-ended route description. */
const TASKS = ["direction", "landmark", "action", "route"] as const;
export type Task = (typeof TASKS)[number];
export type Way = "forward" | "reverse";

export const otherWay = (way: Way): Way => (way === "forward" ? "reverse" : "forward");

const ASKS: Record<Task, RegExp> = {
  direction: /\bdirections?\b/i,
  landmark: /\blandmarks?\b/i,
  action: /\bactions?\b/i,
  route: /\bdescribe\b/i,
};

/** Which family a question asks for, by its own words; undefined when none or several are named. */
export function taskOf(question: string): Task | undefined {
  const found = TASKS.filter((task) => ASKS[task].test(question));
  return found.length === 1 ? found[0] : undefined;
}

/** Which way a question asks about, by its own words. */
export function wayOf(question: string): Way | undefined {
  const back = /\bstarting (?:point|position)\b|\bback to the start\b/i.test(question);
  const there = /\b(?:destination|final location)\b/i.test(question);
  return back === there ? undefined : back ? "reverse" : "forward";
}

const VERB: Record<Task, string> = {
  direction: "which directions do you take",
  landmark: "which landmarks (objects or changes of scenery) do you pass",
  action: "which actions do you perform",
  route: "how do you go",
};
const GOAL: Record<Way, string> = {
  forward: "to reach your destination",
  reverse: "to return to the starting point",
};

/** The question of a family about one way, in our own words, for rows whose released question asks something else. */
export const askFor = (task: Task, way: Way): string => `${VERB[task]} ${GOAL[way]}?`;
