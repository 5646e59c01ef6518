#include "bare_libmodbus.h"
