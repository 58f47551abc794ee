// prom-client declares its modules as one.
declare module "prom-client/lib/registry" {
  import { Registry } from "prom-client";

  export = Registry;
}
