/** The dashboard's scripts. Every page works without them; they make it livelier. */
import { zipUpload } from './enrol/zip_upload.js';
import { gestureUpload } from './gesture_upload.js';
import { livePart } from './live_part.js';
import { liveRoster } from './live_roster.js';
import { myCode } from './my_code.js';
import { passkeys } from './passkeys.js';
import { photoUpload } from './photo_upload.js';
import { searchFields } from './search_field.js';
import { showTab } from './tabs.js';

document.documentElement.classList.add('scripted');
searchFields(document);
liveRoster(document.querySelector('#live'));
passkeys(document);
photoUpload(document.querySelector('#photo-form'));
zipUpload(document.querySelector('#zip-form'));
livePart(document.querySelector('[data-live]'));
gestureUpload(document.querySelector('#gesture-upload'));
myCode(document.querySelector('#my-code'));
showTab(document.querySelector('.tabs [aria-current]'));
document.querySelector('[data-print]')?.addEventListener('click', () => print());
