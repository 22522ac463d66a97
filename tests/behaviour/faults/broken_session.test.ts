import { describeSweeps } from "./sweep_tests.ts";

describeSweeps("a session whose connection is cut, at every byte", "session: cut");
describeSweeps("a session whose connection is reset, at every byte", "session: reset");
