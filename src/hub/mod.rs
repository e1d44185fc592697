//! The viewer connections of a node: shared rings of ready-made frames and a cursor per connection.
