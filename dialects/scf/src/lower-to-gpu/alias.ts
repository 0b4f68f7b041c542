/** Where aliases were first needed; they are found for every target. */
export * from "../alias.ts";
