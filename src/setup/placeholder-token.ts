// What clients get as a token that insist on one while the proxy asks for none; it is no secret.

export const placeholderToken = "claude-failover";
