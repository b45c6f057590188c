// Enhancement only: every page works with this file missing.
import { wireAnswers } from "./answers.js";
import { wireAutosave } from "./autosave.js";
import { wireComposer } from "./composer.js";
import { wireCopy } from "./copy.js";
import { wireCounters } from "./counter.js";
import { wirePrint } from "./print.js";
import { wireReview } from "./review.js";
import { wireShortcuts } from "./shortcuts.js";
import { wireTheme } from "./theme.js";
import { wireUnsaved } from "./unsaved.js";
import { wireUploads } from "./upload.js";

wireTheme();
wireShortcuts();
wireComposer();
wireAnswers();
wireAutosave();
wirePrint();
wireCopy();
wireCounters();
wireUnsaved();
wireUploads();
wireReview();
