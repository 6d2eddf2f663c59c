/** Something that the engine needs is missing or does not answer; the message says what to do. */
export class EngineError extends Error {}
