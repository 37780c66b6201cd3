#include "teach/rules/rule.h"
const struct rule_table processes_rules = { NULL, 0, NULL };
