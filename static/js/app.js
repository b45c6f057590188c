// Enhancement only: every page works with this file missing.
import { wireAutosave } from "./autosave.js";
import { wirePrint } from "./print.js";
import { wireShortcuts } from "./shortcuts.js";
import { wireTheme } from "./theme.js";

wireTheme();
wireShortcuts();
wireAutosave();
wirePrint();
