import type { ValidateFunction } from "ajv/dist/2020.js";

/**
 * Validators as code, by name. Empty here; the build writes this module anew, because compiling the schemas would be
 * most of the time that a short command takes.
 */
export const precompiled: Readonly<Record<string, ValidateFunction>> = {};
