import { describeSweeps } from "./sweep_tests.ts";

describeSweeps("a session whose connection falls silent, at every byte", "session: stall");
describeSweeps("a session whose connection is clogged, at every byte", "session: clog");
