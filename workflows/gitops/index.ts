export { repository } from "./repository.ts";
export { commit } from "./commit.ts";
export { recipe } from "./recipe.ts";
export { tick } from "./tick.ts";
