// Loaded before a command: writing below .reprise/ answers as a used-up quota does, while the file of QUOTA_USED_UP is there.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";

const { EDQUOT } = os.constants.errno;

/** As Node makes it: it has no name for this error. */
function usedUp(place) {
  const error = new Error(
    `Unknown system error -${EDQUOT}: Unknown system error -${EDQUOT}, open '${place}'`,
  );
  return Object.assign(error, { errno: -EDQUOT, code: `Unknown system error -${EDQUOT}`, syscall: "open" });
}

const refused = (place) =>
  typeof place === "string" && place.includes(".reprise/") && fs.existsSync(process.env.QUOTA_USED_UP);

const [write, open] = [fs.promises.writeFile, fs.openSync];
fs.promises.writeFile = async (place, ...rest) => {
  if (refused(place)) throw usedUp(place);
  return write(place, ...rest);
};
fs.openSync = (place, flags, ...rest) => {
  if (flags === "w" && refused(place)) throw usedUp(place);
  return open(place, flags, ...rest);
};
syncBuiltinESMExports();
