export { measurePair, median, type Pair } from "./measure.ts";
