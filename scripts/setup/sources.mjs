import { ROOM_NAMES } from "../rooms.mjs";

/** What the build reads, relative to the checkout. */
export const SOURCES = [
  ...ROOM_NAMES,
  "scripts/build.mjs",
  "scripts/build",
  "tsconfig.json",
  "tsconfig.build.json",
];

/** What decides which packages npm installs. */
export const PACKAGE_FILES = ["package.json", "package-lock.json", ".npmrc"];

/** All that decides what the set-up makes. */
export const EVERYTHING = [
  ...SOURCES,
  ...PACKAGE_FILES,
  "scripts/setup",
  "trainer/requirements.lock",
  "trainer/uv.lock",
];
