export function checkSite(site: string, checkout: string): { pages: number; links: number; wrong: string[] };
