#pragma once
#include <modbus.h>

// The EMB* error codes are arithmetic over an enum constant, which the Swift importer skips.
// Re-exported as typed constants so that Swift can name them.
static const int CMODBUS_EXCEPTION_FIRST = EMBXILFUN;
static const int CMODBUS_EXCEPTION_LAST = EMBXGTAR;
static const int CMODBUS_BAD_CRC = EMBBADCRC;
static const int CMODBUS_BAD_DATA = EMBBADDATA;
static const int CMODBUS_BAD_SLAVE = EMBBADSLAVE;
