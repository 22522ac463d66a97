import { ADAPTERS } from "./adapters.ts";
import { bytesSuite } from "./bytes_suite.ts";

for (const adapter of ADAPTERS) bytesSuite(adapter);
