/**
 * Signals that stop a run gracefully; a second one ends the command at once. SIGHUP is a closed terminal or a lost connection.
 * Node takes it also where it is to be ignored (nohup): `run --detach` is for that.
 */
export const STOPPING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
