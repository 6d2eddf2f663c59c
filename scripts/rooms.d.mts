export const ROOMS: Record<string, string[]>;
export const ROOM_NAMES: string[];
