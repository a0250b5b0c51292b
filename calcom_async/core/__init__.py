"""How any call travels; nothing here knows a Cal.com resource."""
