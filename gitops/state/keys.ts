import { digestOf } from "../../core/digest.ts";

const PLAIN = /^(?!.*--)[A-Za-z0-9][A-Za-z0-9._/-]{0,90}$/;

/**
 * The name of a recipe with a profile in ids, files and statuses: `recipes--a`, `recipes--a@tiny`. One with other characters gets
 * a digest; no two have one name.
 */
export function keyOf(recipe: string, profile: string | null): string {
  const bare = recipe.replace(/\.yaml$/, "");
  const ending = profile === null ? "" : `@${profile}`;
  const isPlain = PLAIN.test(bare) && bare !== recipe && /^(?:@[A-Za-z0-9_.-]{1,40})?$/.test(ending);
  if (isPlain) return `${bare.replaceAll("/", "--")}${ending}`;
  const readable = `${bare}${ending}`.replace(/[^A-Za-z0-9]+/g, "-").slice(0, 60);
  return `${readable}+${digestOf([recipe, profile]).slice(0, 12)}`;
}
