import { describeSweeps } from "./sweep_tests.ts";

describeSweeps("a session whose bytes come in two chunks, at every byte", "session: split");
describeSweeps("a session whose bytes come in small chunks", "session: in chunks");
