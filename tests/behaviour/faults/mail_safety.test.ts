import { OPERATIONS } from "./operations.ts";
import { describeSweeps } from "./sweep_tests.ts";

const names = OPERATIONS.map(({ name }) => `${name}:`);
describeSweeps("no mail comes to harm where the connection breaks, at every byte", ...names);
