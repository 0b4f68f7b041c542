/** Where this was first needed; it is found for every target. */
export * from "../apart.ts";
