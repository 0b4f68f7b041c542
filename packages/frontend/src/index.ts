/** The kernel language's front end. */
export * from "./syntax/ast.ts";
export { parseCaptured, parseModule } from "./syntax/parse.ts";
