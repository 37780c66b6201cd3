#include "teach/rules/rule.h"
const struct rule_table closing_rules = { NULL, 0, NULL };
