-- Attempts are ended when their time is over; standing orders, which are most, have no such time.
create index payment_order_expiring on payment_order (expires_at) where expires_at is not null;
