export { type Availability, type SeatStatus, sameAvailability, statusCodes, statusOfCode } from '../domain/seat.ts';
