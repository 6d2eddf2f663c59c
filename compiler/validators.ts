import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { DOCUMENT_SCHEMAS, KIND_SCHEMAS, STEP_KINDS, type StepKind } from "../schemas/kinds.ts";
import type { Recipe } from "../schemas/generated/recipe.ts";

const VOCABULARY = ["version", "outputs", "tools", "resources", "affects", "artifact", "paper", "field"];

let ajv: Ajv2020 | undefined;
const compiled = new Map<string, ValidateFunction>();

/** The compiled validator of one of our schemas; it writes defaults into what it checks. */
function validator(id: string): ValidateFunction {
  if (ajv === undefined) {
    ajv = new Ajv2020({
      allErrors: true,
      verbose: true,
      strict: true,
      strictRequired: false,
      useDefaults: true,
      allowUnionTypes: true,
    });
    ajv.addVocabulary(VOCABULARY.map((word) => `x-${word}`));
    ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
    // A step's `with` is checked against its kind alone: errors under if/then would be reported twice.
    const recipe = structuredClone(DOCUMENT_SCHEMAS.recipe) as {
      $id: string;
      $defs: { step: { allOf?: unknown } };
    };
    recipe.$id = "reprise:recipe-envelope";
    delete recipe.$defs.step.allOf;
    ajv.addSchema(recipe);
    ajv.addSchema(STEP_KINDS.map((kind) => KIND_SCHEMAS[kind]));
    ajv.addSchema(Object.values(DOCUMENT_SCHEMAS));
  }
  const known = compiled.get(id);
  if (known !== undefined) return known;
  const made = ajv.getSchema(id);
  if (made === undefined) throw new Error(`no schema ${id}`);
  compiled.set(id, made);
  return made;
}

/** Checks a whole recipe; the parameters of its steps are checked by `validateParams`. */
export const validateRecipe = (): ValidateFunction<Recipe> =>
  validator("reprise:recipe-envelope") as ValidateFunction<Recipe>;

/** Checks the parameters of one kind and writes their defaults into them. */
export const validateParams = (kind: StepKind): ValidateFunction => validator(KIND_SCHEMAS[kind].$id);

/** Checks a run record before it is written. */
export const validateRecord = (): ValidateFunction => validator("reprise:run-record");
