// What a call is given: whom it is for, and what the page lends to it.

import type { Line } from "../../shared/socket.ts";
import type { Screens } from "../page/screen.ts";

/** Whom to call. */
export interface Target {
  entry: string;
  name: string;
  unit: string;
}

/** What the page lends to a call. */
export interface Page {
  main: HTMLElement;
  screens: Screens;
  /** The IANA name of the door's clock. */
  zone: string;
  title: string;
  /** The line to the server, opened when it is first wanted. */
  line(): Line;
  tell(text: string, how: "status" | "alert"): void;
  stand(at: "directory" | "before" | "call"): void;
  /** Goes back to the directory. */
  leave(): void;
}
