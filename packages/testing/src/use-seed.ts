/**
 * Loaded in front of every test file: `STRATA_SEED` seeds every property that has no seed of its own,
 * so that a run can be repeated as a whole.
 */
import * as fc from "fast-check";

const given = process.env["STRATA_SEED"];
if (given !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(given) });
