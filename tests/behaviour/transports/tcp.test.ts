import { ADAPTERS } from "./adapters.ts";
import { channelBindingSuite } from "./channel_binding_suite.ts";
import { tcpSuite } from "./tcp_suite.ts";
import { tlsSuite } from "./tls_suite.ts";

for (const adapter of ADAPTERS) {
  tcpSuite(adapter);
  tlsSuite(adapter);
  channelBindingSuite(adapter);
}
