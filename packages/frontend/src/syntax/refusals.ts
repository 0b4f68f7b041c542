/**
 * TypeScript constructs outside the kernel language: what is said of each.
 *
 * Invariant: the code of a refusal is `subset.` and the key; keys never change their meaning.
 */
import { userError, type Diagnostic, type SourceSpan } from "@strata/support";

interface Refusal {
  readonly message: string;
  readonly hint: string;
}

const REFUSALS = {
  // Declarations
  class: {
    message: "a kernel file has no classes",
    hint: "write plain functions on tensors and scalars; return several results as an object",
  },
  enum: {
    message: "a kernel file has no enums",
    hint: "write `const NAME = 1;` at the top level",
  },
  interface: {
    message: "a kernel file has no interfaces",
    hint: "write the type where it is used, or a `type` alias",
  },
  namespace: {
    message: "a kernel file has no namespaces or ambient declarations",
    hint: "write exported functions at the top level",
  },
  decorator: { message: "a kernel file has no decorators", hint: "remove the decorator" },
  var: { message: "`var` is not part of the kernel language", hint: "write `let` or `const`" },
  "global-let": {
    message: "a kernel file has no variables at the top level",
    hint: "write `const`, or declare the variable inside the function",
  },
  "top-level-statement": {
    message: "only imports, functions, `const` and `type` stand at the top level",
    hint: "move the statement into a function",
  },
  "export-form": {
    message: "only functions are exported from a kernel file",
    hint: "write `export function name(…) { … }`",
  },
  "export-const": {
    message: "only functions are exported from a kernel file",
    hint: "remove `export`; a `const` may be declared in each kernel file that uses it",
  },
  "import-form": {
    message: "this form of import is not part of the kernel language",
    hint: 'write `import { map, type Tensor } from "@strata/kernel";`',
  },
  "import-source": {
    message: 'a kernel file imports from "@strata/kernel" only',
    hint: "copy the helper functions into this file, or pass values as parameters",
  },
  "nested-function": {
    message: "functions are not declared inside functions",
    hint: "move it to the top level, or write `const name = (x: f32): f32 => …;`",
  },
  "function-expression": {
    message: "function expressions are not part of the kernel language",
    hint: "write an arrow function: `(x) => …`",
  },
  generator: {
    message: "generators are not part of the kernel language",
    hint: "compute a tensor with `build`, `scan` or `iterate`",
  },
  yield: {
    message: "`yield` is not part of the kernel language",
    hint: "compute a tensor with `build`, `scan` or `iterate`",
  },
  async: {
    message: "kernels are not asynchronous",
    hint: "remove `async`; whoever calls the kernel may await its result",
  },
  await: {
    message: "`await` is not part of the kernel language",
    hint: "pass the awaited value as a parameter",
  },
  "default-parameter": {
    message: "parameters have no default values",
    hint: "pass every argument",
  },
  "optional-parameter": {
    message: "parameters are not optional",
    hint: "pass every argument",
  },
  "rest-parameter": {
    message: "there are no rest parameters",
    hint: "name each parameter",
  },
  "type-default": {
    message: "type parameters have no defaults",
    hint: "write `n extends Dim`",
  },
  overload: {
    message: "functions have no overloads: each needs a body",
    hint: "write one function per type, with different names",
  },
  "type-predicate": {
    message: "type predicates are not part of the kernel language",
    hint: "declare the result as `bool`",
  },
  // Statements
  try: {
    message: "`try` is not part of the kernel language: kernels do not throw",
    hint: "test the condition with `if`",
  },
  throw: {
    message: "`throw` is not part of the kernel language: kernels do not throw",
    hint: "return a value that marks the case, such as NaN or −1",
  },
  switch: {
    message: "`switch` is not part of the kernel language",
    hint: "write `if … else if … else`",
  },
  "for-of": {
    message: "`for … of` is not part of the kernel language",
    hint: "write `for (let i = 0; i < t.shape[0]; i++)`, or use `map`, `sum`, `scan`",
  },
  "for-in": {
    message: "`for … in` is not part of the kernel language",
    hint: "write `for (let i = 0; i < t.shape[0]; i++)`",
  },
  label: {
    message: "labels are not part of the kernel language",
    hint: "use a `let` of type bool and test it in the outer loop, or a helper with `return`",
  },
  with: { message: "`with` is not part of the kernel language", hint: "write full names" },
  debugger: { message: "`debugger` is not part of the kernel language", hint: "remove it" },
  "type-in-function": {
    message: "types are not declared inside functions",
    hint: "move the type alias to the top level",
  },
  // Expressions
  string: {
    message: "the kernel language has no strings",
    hint: "use numbers; give small integers names with top-level constants",
  },
  template: {
    message: "the kernel language has no template literals",
    hint: "use numbers; format results outside the kernel",
  },
  regex: {
    message: "the kernel language has no regular expressions",
    hint: "prepare numbers outside the kernel and pass them as a tensor",
  },
  null: {
    message: "the kernel language has no `null`",
    hint: "use a number such as NaN or −1, or a second result of type bool",
  },
  this: {
    message: "`this` is not part of the kernel language",
    hint: "pass the value as a parameter",
  },
  super: {
    message: "`super` is not part of the kernel language",
    hint: "call a function by its name",
  },
  new: {
    message: "`new` is not part of the kernel language",
    hint: "make tensors with `build([n], (i) => …)`",
  },
  typeof: {
    message: "`typeof` is not part of the kernel language: types are known when it is compiled",
    hint: "remove the test",
  },
  void: { message: "`void` is not part of the kernel language", hint: "remove it" },
  delete: {
    message: "`delete` is not part of the kernel language",
    hint: "values do not change; make a new object without the field",
  },
  instanceof: {
    message: "`instanceof` is not part of the kernel language",
    hint: "types are known when it is compiled; remove the test",
  },
  in: {
    message: "`in` is not part of the kernel language",
    hint: "fields are known when it is compiled; remove the test",
  },
  nullish: {
    message: "`??` is not part of the kernel language: values are never null",
    hint: "write `?:` with a test such as `isNaN(x)`",
  },
  "optional-chaining": {
    message: "`?.` is not part of the kernel language: values are never null",
    hint: "write `.`",
  },
  "non-null": {
    message: "`!` after a value is not part of the kernel language: values are never null",
    hint: "remove it",
  },
  spread: {
    message: "spread is not part of the kernel language",
    hint: "write each element or argument",
  },
  "comma-operator": {
    message: "the comma operator is not part of the kernel language",
    hint: "write two statements",
  },
  as: {
    message: "`as` and `satisfies` are not part of the kernel language",
    hint: "convert a value with `f32(x)`, `i32(x)` …; annotate the declaration instead",
  },
  "as-const": {
    message: "`as const` is not part of the kernel language",
    hint: "remove it; literals take their type from their use",
  },
  "computed-field": {
    message: "fields have fixed names",
    hint: "write `{ name: value }`",
  },
  method: {
    message: "objects hold values only, no methods or accessors",
    hint: "write a function at the top level",
  },
  "array-hole": { message: "arrays have no holes", hint: "write each element" },
  "pattern-default": {
    message: "destructuring has no default values",
    hint: "every field has a value; remove the default",
  },
  "pattern-rest": {
    message: "destructuring has no rest",
    hint: "name each field",
  },
  "nested-pattern": {
    message: "destructuring does not nest",
    hint: "destructure in two steps",
  },
  "dynamic-import": {
    message: "`import()` is not part of the kernel language",
    hint: 'import from "@strata/kernel" at the top of the file',
  },
  eval: {
    message: "`eval` is not part of the kernel language",
    hint: "write the expression itself",
  },
  require: {
    message: "`require` is not part of the kernel language",
    hint: 'import from "@strata/kernel" at the top of the file',
  },
  console: {
    message: "kernels have no output",
    hint: "return the value you want to see as a further result",
  },
  "generic-arrow": {
    message: "arrow functions have no type parameters",
    hint: "leave the types out: an arrow takes them from its use; or write a top-level function",
  },
  // Types
  "union-type": {
    message: "union and intersection types are not part of the kernel language",
    hint: "write one type; make one kernel per type",
  },
  "conditional-type": {
    message: "conditional and computed types are not part of the kernel language",
    hint: "write the type itself",
  },
  "string-type": {
    message: "the kernel language has no strings",
    hint: "use a scalar type such as `i32`",
  },
  "qualified-type": {
    message: "types have plain names",
    hint: 'import the type by name from "@strata/kernel"',
  },
  "optional-field": {
    message: "fields are not optional",
    hint: "give every field a value",
  },
} as const satisfies Record<string, Refusal>;

/** The name of a refused construct. */
export type Refused = keyof typeof REFUSALS;

/** All refused constructs. */
export const refusedConstructs: readonly string[] = Object.keys(REFUSALS);

/** The error for a construct outside the kernel language. */
export function refuse(construct: Refused, span: SourceSpan): Diagnostic {
  const { message, hint } = REFUSALS[construct];
  return userError(`subset.${construct}`, message, { span, hint });
}
