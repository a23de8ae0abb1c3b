"""Commands for those who change the course: `python -m tools.record` from its folder.

Each reads notebooks, and with them would come a grammar of web addresses that no notebook needs:
its loading took longer than all the rest.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # which jsonschema does without
