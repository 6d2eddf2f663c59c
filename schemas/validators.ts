import { createRequire } from "node:module";
import type { Ajv2020, ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import { DOCUMENT_SCHEMAS } from "./documents.ts";
import type { Digests } from "./generated/digests.ts";
import type { GitopsRepository } from "./generated/gitops-repository.ts";
import type { GitopsServer } from "./generated/gitops-server.ts";
import type { Judgement } from "./generated/judgement.ts";
import type { Kind as KindFile } from "./generated/kind.ts";
import type { KindJob } from "./generated/kind-job.ts";
import type { PaperTables } from "./generated/paper-tables.ts";
import type { Question } from "./generated/question.ts";
import type { RecordedReply } from "./generated/recorded-reply.ts";
import type { RunRecord, RunRecordClaim, RunRecordStep } from "./generated/run-record.ts";
import type { TrainerEvent } from "./generated/trainer-event.ts";
import type { TrainerHost } from "./generated/trainer-host.ts";
import type { TrainerResult } from "./generated/trainer-result.ts";
import { precompiled } from "./precompiled.ts";

const VOCABULARY = [
  "version",
  "outputs",
  "tools",
  "resources",
  "processes",
  "secrets",
  "affects",
  "artifact",
  "artifacts",
  "field",
  "unit",
  "maps",
  "multiple",
  "packages",
  "as-written",
  "metrics",
  "environment",
  "passes",
  "declares",
];

interface Schema {
  $id?: string;
  $schema?: string;
  properties: Record<string, { additionalProperties?: unknown }>;
  $defs: Record<string, Schema>;
}

/** What each validator checks, by name; but for the kinds' parameters. */
export function validatedSchemas(): Record<string, object> {
  const recipe = structuredClone(DOCUMENT_SCHEMAS.recipe) as Schema;
  const { step, group } = structuredClone(recipe.$defs) as { step: Schema; group: Schema };
  // Steps and groups are checked one by one, so that of "step or group" only the right one speaks.
  recipe.properties["steps"]!.additionalProperties = { type: "object" };
  group.properties["steps"]!.additionalProperties = true;
  const { $defs } = recipe;
  return {
    recipe,
    step: { ...step, $defs },
    group: { ...group, $defs },
    tables: DOCUMENT_SCHEMAS["paper-tables"],
    kind: DOCUMENT_SCHEMAS.kind,
    "kind-job": DOCUMENT_SCHEMAS["kind-job"],
    digests: DOCUMENT_SCHEMAS.digests,
    record: DOCUMENT_SCHEMAS["run-record"],
    outcome: partOf(DOCUMENT_SCHEMAS["run-record"] as Schema, "step"),
    claim: partOf(DOCUMENT_SCHEMAS["run-record"] as Schema, "claim"),
    // Told apart by the event, so that only its own branch speaks.
    event: {
      ...DOCUMENT_SCHEMAS["trainer-event"],
      type: "object",
      required: ["event"],
      discriminator: { propertyName: "event" },
    },
    result: DOCUMENT_SCHEMAS["trainer-result"],
    "trainer-host": {
      ...DOCUMENT_SCHEMAS["trainer-host"],
      type: "object",
      required: ["says"],
      discriminator: { propertyName: "says" },
    },
    question: DOCUMENT_SCHEMAS.question,
    reply: DOCUMENT_SCHEMAS["recorded-reply"],
    judgement: DOCUMENT_SCHEMAS.judgement,
    "gitops-server": DOCUMENT_SCHEMAS["gitops-server"],
    "gitops-repository": DOCUMENT_SCHEMAS["gitops-repository"],
  };
}

/** One definition of a schema, beside the others that it may name. */
const partOf = ({ $defs }: Schema, name: string): object => ({ ...$defs[name], $defs });

/** The schema compiler as we use it: it writes defaults into what it checks. */
export function newAjv(more: object = {}): Ajv2020 {
  const library = createRequire(import.meta.url)("ajv/dist/2020.js") as { Ajv2020: typeof Ajv2020 };
  const ajv = new library.Ajv2020({
    allErrors: true,
    verbose: true,
    useDefaults: true,
    allowUnionTypes: true,
    strictRequired: false,
    strictTypes: false,
    discriminator: true,
    ...more,
  });
  ajv.addVocabulary(VOCABULARY.map((word) => `x-${word}`));
  ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
  return ajv;
}

const compiled = new Map<object, ValidateFunction>();
let ajv: Ajv2020 | undefined;
let documents: Record<string, object> | undefined;

function validator(name: string): ValidateFunction {
  return precompiled[name] ?? compile((documents ??= validatedSchemas())[name]!);
}

function compile(schema: object): ValidateFunction {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const { $id: _, ...anonymous } = schema as Schema;
  const validate = (ajv ??= newAjv()).compile(anonymous);
  compiled.set(schema, validate);
  return validate;
}

/** What gives the validator of that name, by the type that fits its schema. */
const checkerOf =
  <T>(name: string) =>
  (): ValidateFunction<T> =>
    validator(name) as ValidateFunction<T>;

/** Checks everything of a recipe but its steps. */
export const validateEnvelope = (): ValidateFunction => validator("recipe");

/** Checks a step but for its parameters; it must use one of some kinds, which other tools call as `called` says. */
export function validateStep(
  kinds: readonly string[],
  called: ReadonlyMap<string, string>,
): Pick<ValidateFunction, "errors"> & ((step: unknown) => boolean) {
  const rest = validator("step");
  const check: ReturnType<typeof validateStep> = (step) => {
    const fits = rest(step);
    const uses = (step as { uses?: unknown }).uses;
    // A kind from outside was looked for before.
    const known = uses === undefined || isKindFolder(uses) || kinds.includes(uses as string);
    const others = (rest.errors ?? []).filter(({ instancePath }) => instancePath !== USES);
    check.errors = known ? (rest.errors ?? null) : [...others, noSuchKind(uses, kinds, called)];
    return fits && known;
  };
  return check;
}

const USES = "/uses";

/** Whether a step uses a kind from outside: a folder, named by a path that begins with a dot. */
export const isKindFolder = (uses: unknown): uses is string =>
  typeof uses === "string" && /^\.{1,2}(?:\/|$)/.test(uses);

const noSuchKind = (
  data: unknown,
  allowedValues: readonly string[],
  called: ReadonlyMap<string, string>,
): ErrorObject => ({
  keyword: "enum",
  instancePath: USES,
  schemaPath: "#/properties/uses/enum",
  params: { allowedValues, called },
  data,
});

/** Checks a group but for its steps. */
export const validateGroup = (): ValidateFunction => validator("group");

/** Checks the parameters of a kind and writes their defaults into them. */
export const validateParams = (kind: { name: string; schema: object }): ValidateFunction =>
  precompiled[kind.name] ?? compile(kind.schema);

/** Checks a file of a paper's tables. */
export const validateTables = checkerOf<PaperTables>("tables");

/** Checks a kind.yaml, and writes its defaults into it. */
export const validateKind = checkerOf<KindFile>("kind");

/** Checks the job of a kind from outside, before its program gets it. */
export const validateKindJob = checkerOf<KindJob>("kind-job");

/** Checks a value by a schema that is not ours. Throws an Error for a schema that cannot be used. */
export const validateValue = (schema: object): ValidateFunction => compile(schema);

/** Checks a file of digests of runs. */
export const validateDigests = checkerOf<Digests>("digests");

/** Checks a run record, when it is written and when it is read. */
export const validateRecord = checkerOf<RunRecord>("record");

/** Checks what one step came to. */
export const validateOutcome = checkerOf<RunRecordStep>("outcome");

/** Checks a judged claim. */
export const validateClaim = checkerOf<RunRecordClaim>("claim");

/** Checks a line of an event file, whoever wrote it. */
export const validateEvent = checkerOf<TrainerEvent>("event");

/** Checks a trainer's result file. */
export const validateResult = checkerOf<TrainerResult>("result");

/** Checks a line by which the trainers' host answers. */
export const validateHostSays = checkerOf<TrainerHost>("trainer-host");

/** Checks one row of a dataset. */
export const validateQuestion = checkerOf<Question>("question");

/** Checks one line of a cassette. */
export const validateReply = checkerOf<RecordedReply>("reply");

/** Checks what a judge replied. */
export const validateJudgement = checkerOf<Judgement>("judgement");

/** Checks the file of an operator of a server, and writes its defaults into it. */
export const validateGitopsServer = checkerOf<GitopsServer>("gitops-server");

/** Checks what a repository says of its pipelines, and writes its defaults into it. */
export const validateGitopsRepository = checkerOf<GitopsRepository>("gitops-repository");
