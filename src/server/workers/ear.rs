use crate::hub::ConnId;

/// In what a worker tells what happens to its sockets. It may be called from one worker only, and may keep that waiting
/// if there is more than can be handled.
pub trait Ear<T>: Send {
    fn opened(&mut self, conn: ConnId, about: T);
    fn text(&mut self, conn: ConnId, text: &str);
    fn binary(&mut self, conn: ConnId, payload: &[u8]);
    /// A message is bigger than any may be. Nothing can be read past it; the connection is to be closed.
    fn too_big(&mut self, conn: ConnId);
    /// The socket has taken so many messages, of so many bytes without their headers.
    fn written(&mut self, conn: ConnId, messages: usize, bytes: usize);
    /// The socket is gone.
    fn closed(&mut self, conn: ConnId);
    /// That was all for now.
    fn pause(&mut self);
}
